/** @type {import('next').NextConfig} */
const nextConfig = {
  output: 'standalone',
  // This folder, whatever other lock files are above it.
  outputFileTracingRoot: import.meta.dirname,
}

export default nextConfig

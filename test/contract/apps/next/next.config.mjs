/** @type {import('next').NextConfig} */
const nextConfig = { output: 'standalone', outputFileTracingRoot: import.meta.dirname + '/../..' }

export default nextConfig

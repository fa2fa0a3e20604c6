/** Rendered once, when the application is built. */
export default function Page() {
  return <h1>Orders</h1>
}

export default function Teach() {
  return <p />;
}

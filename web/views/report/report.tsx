export default function Report() {
  return <p />;
}

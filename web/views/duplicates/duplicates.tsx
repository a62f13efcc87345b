export default function Duplicates() {
  return <p />;
}

export default function MapView() {
  return <p />;
}

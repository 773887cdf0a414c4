// What draws a code.
export { encodeQR } from "qr";

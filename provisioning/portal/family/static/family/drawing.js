// A code as a QR: black on white, alphanumeric at level M, with its quiet zone of four (ISO/IEC 18004).

import { encodeQR } from "./vendor/qr.js";

const SVG = "http://www.w3.org/2000/svg";
const QUIET = 4;
const PIXELS = 16; // of a picture, for each module

/** Draw it into an <svg> of the page, sharp at any size. */
export function draw(svg, text) {
  const rows = modules(text);
  svg.setAttribute("viewBox", `0 0 ${rows.length} ${rows.length}`);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", rows.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ""))).join(""));
  svg.replaceChildren(path);
}

/** The same as a PNG, to keep or to send: a Blob. */
export function picture(text) {
  const rows = modules(text);
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = rows.length * PIXELS;
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = "#000";
  rows.forEach((row, y) => row.forEach((dark, x) => dark && pen.fillRect(x * PIXELS, y * PIXELS, PIXELS, PIXELS)));
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

const modules = (text) => encodeQR(text, "raw", { ecc: "medium", encoding: "alphanumeric", border: QUIET });

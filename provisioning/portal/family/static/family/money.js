// Money as the reader writes it. Whole cents everywhere.

const format = new Intl.NumberFormat(document.documentElement.lang, { minimumFractionDigits: 2 });

/** Cents as "€ 1.234,50", or "€ 1,234.50" in English; the space does not break. */
export const euros = (cents) => `${cents < 0 ? "-" : ""}€\u00a0${format.format(Math.abs(cents) / 100)}`;

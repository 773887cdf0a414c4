// Days and times as the reader writes them, where the town is. All are seconds since 1970 UTC.

const language = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;
const timeZone = "Europe/Amsterdam";
const days = new Intl.DateTimeFormat(language, { dateStyle: "long", timeZone });
const moments = new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "short", timeZone });

/** "27 november 2026". */
export const day = (seconds) => days.format(seconds * 1000);

/** "27 november 2026 om 14:05". */
export const moment = (seconds) => moments.format(seconds * 1000);

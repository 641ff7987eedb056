// Times in the visitor's own zone and manner; the server writes them in the station's.

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/** @param {ParentNode} within */
export function showMoments(within) {
  for (const element of within.querySelectorAll("time[data-form]")) {
    const moment = new Date(element.getAttribute("datetime") || "");
    if (Number.isNaN(moment.getTime())) continue;
    const isFar = Math.abs(Date.now() - moment.getTime()) > 20 * 3600 * 1000;
    if (element.getAttribute("data-form") === "time") element.textContent = (isFar ? DAY : CLOCK).format(moment);
    if (element.getAttribute("data-form") === "date") element.textContent = DAY.format(moment);
    element.setAttribute("title", DAY.format(moment));
  }
}

/** @param {number} seconds @returns {string} such as 3:05 */
export function writeClock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const rest = String(whole % 60).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

showMoments(document);

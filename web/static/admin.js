// The operator's page: the log stays at its end, unless somebody has scrolled up to read.

let isFollowing = false;
let isAtEnd = true;

export function start() {
  scrollLog();
  if (isFollowing) return;
  isFollowing = true;
  document.addEventListener("refreshed", scrollLog);
  document.addEventListener("scroll", (event) => {
    const log = /** @type {HTMLElement} */ (event.target);
    if (log instanceof HTMLElement && log.matches("[data-log]")) isAtEnd = log.scrollTop + log.clientHeight > log.scrollHeight - 20;
  }, true);
}

function scrollLog() {
  const log = document.querySelector("[data-log]");
  if (log && isAtEnd) log.scrollTop = log.scrollHeight;
}

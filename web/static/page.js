// The page's first module: starts what every page has. Each part adds itself to elements that are there or come later,
// so that pages which are swapped in while the music plays work as those that were loaded.
import "./controls.js";
import "./air.js";
import "./roll.js";
import "./live_part.js";
import "./forms.js";
import "./song_search.js";
import "./song_wave.js";
import "./moments.js";
import "./audience.js";
import "./live_strip.js";
import { afterNavigation } from "./navigation.js";

/** Modules that only some pages need, by an attribute of an element that they have. */
const EXTRAS = { "[data-studio]": "./studio.js", "[data-admin]": "./admin.js", "[data-recording]": "./recording.js", "[data-booth]": "./booth.js" };

function loadExtras() {
  for (const [selector, address] of Object.entries(EXTRAS)) {
    if (document.querySelector(selector)) import(address).then((module) => module.start());
  }
}

afterNavigation(loadExtras);
loadExtras();

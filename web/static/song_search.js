// <song-search>: a field for a song with suggestions as one types: the combobox of WAI-ARIA's authoring practices, with
// a list that it controls. Without this script it is a field for a code or words of the title.

/** @typedef {{code: string, title: string, artist: string, seconds: number}} Song */

const PAUSE = 160;
const MOST = 8;
let counted = 0;

class SongSearch extends HTMLElement {
  /** @type {HTMLInputElement} */ #input = document.createElement("input");
  /** @type {HTMLElement} */ #list = document.createElement("div");
  /** @type {Song[]} */ #songs = [];
  #chosen = -1;
  #timer = 0;
  /** @type {AbortController | null} */ #asking = null;

  connectedCallback() {
    const input = this.querySelector("input");
    if (!input || this.querySelector('[role="listbox"]')) return;
    this.#input = input;
    this.#list = document.createElement("div");
    this.#list.id = `songs-${++counted}`;
    this.#list.hidden = true;
    this.#list.setAttribute("role", "listbox");
    this.#list.setAttribute("aria-label", "Songs");
    this.append(this.#list);
    const marks = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.#list.id };
    for (const [name, value] of Object.entries(marks)) input.setAttribute(name, value);
    input.addEventListener("input", () => this.#ask());
    input.addEventListener("keydown", (event) => this.#press(event));
    input.addEventListener("blur", () => setTimeout(() => this.#close(), 150));
    this.#list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.#list.addEventListener("click", (event) => {
      const option = /** @type {Element} */ (event.target).closest('[role="option"]');
      if (option) this.#take(Array.from(this.#list.children).indexOf(option));
    });
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
  }

  #ask() {
    clearTimeout(this.#timer);
    const words = this.#input.value.trim();
    if (!words) {
      this.#close();
      return;
    }
    this.#timer = setTimeout(() => this.#search(words), PAUSE);
  }

  /** @param {string} words */
  async #search(words) {
    this.#asking?.abort();
    this.#asking = new AbortController();
    try {
      const answer = await fetch(`/api/songs?q=${encodeURIComponent(words)}&limit=${MOST}`, { signal: this.#asking.signal });
      if (!answer.ok) return;
      const found = await answer.json();
      this.#show(found.songs || found);
    } catch {
      // Another key was pressed, or the network is away.
    }
  }

  /** @param {Song[]} songs */
  #show(songs) {
    this.#songs = songs.slice(0, MOST);
    this.#chosen = -1;
    this.#list.replaceChildren(...this.#songs.map((song, index) => this.#makeOption(song, index)));
    this.#list.hidden = !this.#songs.length;
    this.#input.setAttribute("aria-expanded", String(Boolean(this.#songs.length)));
    this.#input.removeAttribute("aria-activedescendant");
  }

  /** @param {Song} song @param {number} index */
  #makeOption(song, index) {
    const option = document.createElement("div");
    option.id = `${this.#list.id}-${index}`;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    const [title, artist] = [document.createElement("span"), document.createElement("small")];
    title.textContent = song.title;
    artist.textContent = song.artist;
    option.append(title, artist);
    return option;
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    if (event.key === "Escape" && !this.#list.hidden) {
      event.preventDefault();
      this.#close();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (this.#list.hidden) this.#ask();
      else this.#mark(this.#chosen + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter" && !this.#list.hidden && this.#chosen >= 0) {
      event.preventDefault();
      this.#take(this.#chosen);
    }
  }

  /** @param {number} index */
  #mark(index) {
    const count = this.#songs.length;
    this.#chosen = (index + count) % count;
    Array.from(this.#list.children).forEach((option, at) => {
      option.setAttribute("aria-selected", String(at === this.#chosen));
      if (at === this.#chosen) option.scrollIntoView({ block: "nearest" });
    });
    this.#input.setAttribute("aria-activedescendant", `${this.#list.id}-${this.#chosen}`);
  }

  /**
   * Puts the song's code into the field, as its title may be another song's as well.
   *
   * @param {number} index
   */
  #take(index) {
    const song = this.#songs[index];
    if (!song) return;
    this.#input.value = song.code;
    this.#close();
    const form = this.closest("form");
    if (!form || this.dataset.submits === "false") return;
    form.requestSubmit(form.querySelector("button"));
    this.#input.value = song.title;
    this.#input.select();
  }

  #close() {
    this.#list.hidden = true;
    this.#chosen = -1;
    this.#input.setAttribute("aria-expanded", "false");
    this.#input.removeAttribute("aria-activedescendant");
  }
}

customElements.define("song-search", SongSearch);

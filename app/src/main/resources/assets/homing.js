// Local times, the theme, pausing, ticking, copying. Everything else works without.
(() => {
  const clock = new Intl.DateTimeFormat(undefined, {hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23"});
  const day = new Intl.DateTimeFormat(undefined, {day: "numeric", month: "short"});
  const year = new Intl.DateTimeFormat(undefined, {day: "numeric", month: "short", year: "numeric"});
  const units = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];

  const local = at => {
    const now = new Date();
    if (at.toDateString() === now.toDateString()) return clock.format(at);
    return (at.getFullYear() === now.getFullYear() ? day : year).format(at) + " " + clock.format(at);
  };

  // The two largest units: "3 h 12 min ago", "in 40 s".
  const away = at => {
    let rest = Math.round((Date.now() - at) / 1000);
    const ahead = rest < 0;
    rest = Math.abs(rest);
    const parts = [];
    for (const [size, name] of units) {
      const count = Math.floor(rest / size);
      rest -= count * size;
      if (count > 0 || (size === 1 && parts.length === 0)) parts.push(count + " " + name);
      if (parts.length === 2 || (parts.length === 1 && name === "s")) break;
      if (parts.length === 1 && count === 0) break;
    }
    const text = parts.join(" ");
    return ahead ? "in " + text : text + " ago";
  };

  const showTimes = () => {
    for (const time of document.querySelectorAll("time")) {
      const at = new Date(time.dateTime);
      const text = time.classList.contains("due") && at < Date.now() + 500 ? "due"
        : time.classList.contains("ago") || time.classList.contains("due") ? away(at) : local(at);
      if (time.textContent !== text) time.textContent = text;
    }
  };

  const isDark = () => {
    const chosen = document.documentElement.dataset.theme;
    return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  };

  // Back to what the system says, the choice is forgotten.
  const switchTheme = () => {
    const theme = isDark() ? "light" : "dark";
    delete document.documentElement.dataset.theme;
    const kept = (isDark() ? "dark" : "light") !== theme;
    if (kept) document.documentElement.dataset.theme = theme;
    try {
      kept ? localStorage.setItem("theme", theme) : localStorage.removeItem("theme");
    } catch { /* A browser may refuse its storage: then it holds for this page. */ }
  };

  // One box ticks all the others of its table.
  const ticks = () => document.querySelectorAll("[data-tick]");
  const showButtons = () => {
    for (const one of document.querySelectorAll("[data-tick-all], [data-copy]")) one.hidden = false;
  };

  // Browsers give no clipboard to plain HTTP, nor to most frames: then the text is selected, to be copied by hand.
  const copy = button => {
    const text = document.getElementById(button.dataset.copy);
    const status = button.parentElement.querySelector("[role=status]");
    const select = () => {
      getSelection().selectAllChildren(text);
      status.textContent = "Selected. Press Ctrl+C or ⌘C to copy.";
    };
    if (!navigator.clipboard) return select();
    navigator.clipboard.writeText(text.textContent).then(() => { status.textContent = "Copied"; }, select);
  };

  let paused = false;
  const live = () => document.getElementById("live");

  const ready = () => {
    showTimes();
    setInterval(() => document.hidden || showTimes(), 5000);
    for (const one of document.querySelectorAll("[data-pause], [data-theme-switch]")) one.hidden = false;
    showButtons();
    for (const one of document.querySelectorAll("[data-plain]")) one.hidden = true;
    for (const one of document.querySelectorAll("[data-insecure]")) one.hidden = window.isSecureContext;
    if (location.search.includes("done=")) {
      const url = new URL(location.href);
      url.searchParams.delete("done");
      history.replaceState(null, "", url);
    }
  };

  document.addEventListener("click", event => {
    const pause = event.target.closest("[data-pause]");
    if (pause) {
      paused = !paused;
      pause.setAttribute("aria-pressed", String(paused));
    }
    if (event.target.closest("[data-theme-switch]")) switchTheme();
    const copied = event.target.closest("[data-copy]");
    if (copied) copy(copied);
  });

  document.addEventListener("change", event => {
    if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
    if (event.target.matches("[data-tick-all]")) for (const one of ticks()) one.checked = event.target.checked;
  });

  document.addEventListener("keydown", event => {
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.target.closest?.("input, textarea, select")) {
      event.preventDefault();
      document.getElementById("search")?.focus();
    }
  });

  // What an update would take away: the focus, a tick, a selection, a form that waits for its answer.
  const inUse = () => live().contains(document.activeElement)
    || live().querySelector("[data-tick]:checked, form.htmx-request")
    || (String(getSelection()) !== "" && live().contains(getSelection().anchorNode));

  const isUpdate = event => event.detail.requestConfig.verb === "get" && event.detail.target === live();

  document.addEventListener("htmx:beforeRequest", event => {
    const polls = event.detail.elt.id === "live";
    if (isUpdate(event) && (inUse() || (polls && (document.hidden || paused)))) event.preventDefault();
  });

  // Drops an update that was already on its way; the page asks for it again within seconds.
  document.addEventListener("htmx:beforeSwap", event => {
    if (isUpdate(event) && inUse()) event.detail.shouldSwap = false;
  });

  // A form that was obeyed has gone with what it changed: the focus moves to the content.
  document.addEventListener("htmx:afterRequest", event => {
    if (!event.detail.successful) return;
    document.getElementById("fault").replaceChildren();
    if (event.detail.requestConfig.verb === "post") document.getElementById("main").focus({preventScroll: true});
  });

  document.addEventListener("htmx:afterSwap", () => { showTimes(); showButtons(); });

  document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", ready) : ready();
})();

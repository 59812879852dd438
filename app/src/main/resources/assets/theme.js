// Before anything is painted: the theme that was chosen here. Without a choice it is the system's.
try {
  const theme = localStorage.getItem("theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch { /* A browser may refuse its storage. */ }

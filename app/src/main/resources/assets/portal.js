// Sends what opens the portal: it stands behind the # of the link, which browsers keep to themselves.
(() => {
  const link = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
  if (link === "") return;
  const open = () => {
    const form = document.getElementById("open");
    form.elements.link.value = link;
    form.submit();
  };
  document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", open) : open();
})();

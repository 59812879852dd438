// Sends what opens the portal: it stands behind the # of the link, which browsers keep to themselves.
(() => {
  const open = () => {
    const link = location.hash.slice(1);
    if (link === "") return;
    history.replaceState(null, "", location.pathname);
    const form = document.getElementById("open");
    form.elements.link.value = link;
    form.submit();
  };
  // Where this page is open already, another link changes nothing but what is behind the #.
  addEventListener("hashchange", open);
  document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", open) : open();
})();

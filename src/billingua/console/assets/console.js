// What the keyboard does beyond what browsers do: "/" goes to the search.
document.addEventListener("keydown", (event) => {
  const busy = event.target.closest("input, select, textarea, [contenteditable]");
  if (event.key !== "/" || busy || event.ctrlKey || event.metaKey || event.altKey) return;
  const search = document.querySelector("input.search");
  if (!search) return;
  event.preventDefault();
  search.focus();
  search.select();
});

// The page of a query: its chart without a click, and its parameters explained.
// plugins/charts.py loads this before datasette-vega and calls showQuery at the end of the page.

// The plot is a bitmap that site.css enlarges; drawn at twice the density it stays sharp.
{
  const density = Math.max(window.devicePixelRatio, 1) * 2;
  Object.defineProperty(window, "devicePixelRatio", { get: () => density });
}

function showQuery(query) {
  for (const [name, parameter] of Object.entries(query.parameters)) {
    const input = document.querySelector(`form.sql input[name="${name}"]`);
    if (!input) continue;
    input.placeholder = parameter.default;
    const label = document.querySelector(`label[for="${input.id}"]`);
    if (label) label.textContent = parameter.title;
  }
  if (!query.fragment) return;
  document.body.classList.add("with-chart");
  if (!window.location.hash) {
    window.history.replaceState(null, "", `#${query.fragment}`);
  }
}

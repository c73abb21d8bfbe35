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
    if (parameter.is_number) {
      input.inputMode = "numeric";
      input.pattern = "[0-9]*";
      input.title = parameter.expects;
    }
    if (parameter.choices) offerChoices(input, parameter.choices);
  }
  if (!query.fragment) return;
  document.body.classList.add("with-chart");
  document.body.classList.toggle("with-many-bars", query.fragment.includes("g.x_column=publisher&"));
  if (!window.location.hash) {
    window.history.replaceState(null, "", `#${query.fragment}`);
  }
}

// A code to pick from a list that says what it means; anything else may still be written.
function offerChoices(input, choices) {
  const list = document.createElement("datalist");
  list.id = `${input.id}-choices`;
  for (const [code, title] of Object.entries(choices)) {
    list.append(new Option(title, code));
  }
  input.after(list);
  input.setAttribute("list", list.id);
}

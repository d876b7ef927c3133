"use strict";
// Tables: sorted by a click on a heading, filtered by a word, saved as CSV with every digit.
const collator = new Intl.Collator("en", { numeric: true });

function compare(a, b) {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  return typeof a === "number" && typeof b === "number" ? a - b : collator.compare(a, b);
}

function startTable(place) {
  const data = report.tables[place.dataset.table];
  const body = place.querySelector("tbody");
  const rows = [...body.rows];
  const headings = [...place.querySelectorAll("thead th")];
  headings.forEach((heading) => {
    const column = Number(heading.dataset.column);
    const title = heading.textContent;
    heading.replaceChildren(element("button", { type: "button", onclick: () => {
      const down = heading.getAttribute("aria-sort") === "ascending" || (heading.getAttribute("aria-sort") === null && heading.className === "number");
      headings.forEach((other) => other.removeAttribute("aria-sort"));
      heading.setAttribute("aria-sort", down ? "descending" : "ascending");
      const order = rows.map((row, at) => at).sort((a, b) => {
        const [left, right] = [data.rows[a][column], data.rows[b][column]];
        const missing = left === null || right === null;
        return (down && !missing ? -1 : 1) * compare(left, right) || a - b;
      });
      body.append(...order.map((at) => rows[at]));
    } }, title));
  });
  const tools = element("div", { class: "tools" });
  if (rows.length > 8) {
    const said = element("span", { "aria-live": "polite" });
    const input = element("input", { type: "search", oninput: () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const row of rows) {
        const text = row.textContent.toLowerCase();
        row.hidden = !words.every((word) => text.includes(word));
        shown += !row.hidden;
      }
      said.textContent = words.length ? `${shown} of ${rows.length} rows` : "";
    } });
    tools.append(element("label", {}, "Search", input), said);
  }
  tools.append(element("button", { type: "button", "aria-label": "Data as CSV: " + place.querySelector("summary").textContent,
    onclick: () => download(place.dataset.table + ".csv", "text/csv", toCsv(data.columns, data.rows)) }, "Data as CSV"));
  place.querySelector("summary").after(tools);
}

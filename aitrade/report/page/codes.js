"use strict";
// The classification: unpacked in the browser and searched there. Where that can't be, the counted codes stay as a table.
const LIMIT = 100;

async function unpack() {
  const bytes = Uint8Array.from(atob(document.getElementById("packed").textContent), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const { names, chances, counted, excluded, traded, columns } = JSON.parse(await new Response(stream).text());
  const count = columns.hs10?.length ?? 0;
  const chance = (value) => (value === null ? null : value / 1000);
  const rows = Array.from({ length: count }, (_, at) => [
    columns.hs10[at], names.flow[columns.flow[at]], columns.description[at], names.relevance[columns.relevance[at]],
    names.category[columns.category[at]].replaceAll("_", " "), columns.millions[at], ...chances.map((name) => chance(columns[name][at])), names.source[columns.source[at]],
  ]);
  return {
    rows,
    levels: names.relevance,
    counted,
    excluded,
    isNumber: (column) => column >= 5 && column < 6 + chances.length,
    columns: ["hs10", "flow", "description", "relevance", "category", "millions", ...chances, "source"],
    titles: ["HS10", "Flow", "Description", "Relevance", "Category", traded, ...names.relevance.map((level) => `P(${level})`), "Source"],
  };
}

async function startCodes(section) {
  if (typeof DecompressionStream === "undefined") return;
  const { rows, levels, counted, excluded, isNumber, columns, titles } = await unpack();
  const texts = rows.map((row) => `${row[0]} ${row[2]} ${row[4]} ${row[4].replaceAll(" ", "_")}`.toLowerCase());
  const place = section.querySelector(".search");
  const body = element("tbody");
  const said = element("p", { "aria-live": "polite", class: "unit" });
  const select = (label, values) => {
    const made = element("select", { onchange: show }, element("option", { value: "" }, "all"), ...values.map((value) => element("option", { value }, value)));
    return [element("label", {}, label, made), made];
  };
  const input = element("input", { type: "search", placeholder: "8471, cooling, fibre…", oninput: show });
  const [flowLabel, flow] = select("Flow", ["imports", "exports"]);
  const [relevanceLabel, relevance] = select("Relevance", levels);
  const [chaptersLabel, chapters] = select("Chapters", ["in figures", "left out"]);
  const isLeftOut = (row) => excluded.includes(row[0].slice(0, 2));
  let found = rows;

  function matches(words) {
    return rows.filter((row, at) => (!flow.value || row[1] === flow.value) && (!relevance.value || row[3] === relevance.value) &&
      (!chapters.value || isLeftOut(row) === (chapters.value === "left out")) &&
      words.every((word) => (/^\d+$/.test(word) ? row[0].startsWith(word) || texts[at].includes(" " + word) : texts[at].includes(word))));
  }
  function show() {
    found = matches(input.value.toLowerCase().replaceAll(".", "").split(/\s+/).filter(Boolean));
    body.replaceChildren(...found.slice(0, LIMIT).map((row) => element("tr", {}, ...row.map((value, column) =>
      element("td", { class: isNumber(column) ? "number" : null }, value === null ? "–" : typeof value !== "number" ? value : column === 5 ? value.toLocaleString("en", { minimumFractionDigits: 1 }) : value.toFixed(3))))));
    said.textContent = `${found.length.toLocaleString("en")} codes` + (found.length > LIMIT ? `, the first ${LIMIT} shown` : "");
  }
  const head = element("thead", {}, element("tr", {}, ...titles.map((title, column) =>
    element("th", { scope: "col", class: isNumber(column) ? "number" : null }, title))));
  place.append(
    element("div", { class: "tools" }, element("label", {}, "Code or words", input), flowLabel, relevanceLabel, chaptersLabel,
      element("button", { type: "button", onclick: () => download("classification.csv", "text/csv", toCsv(columns, found)) }, "These as CSV")),
    said, element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Codes found" }, element("table", {}, head, body)));
  relevance.value = counted.length === 1 ? counted[0] : "";
  chapters.value = excluded.length ? "in figures" : "";
  chaptersLabel.hidden = !excluded.length;
  show();
  place.hidden = false;
  section.querySelector(".fallback").remove();
}

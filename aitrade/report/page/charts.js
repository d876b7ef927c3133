"use strict";
// Charts: what is chosen of a figure is drawn again from its data. Without this script the drawn figures stay.
const embedding = { ast: true, actions: false, renderer: "svg", defaultStyle: false, tooltip: { disableDefaultStyle: true } };

function chosenRows(figure, choice) {
  const places = Object.entries(choice).map(([name, value]) => [figure.columns.indexOf(name), value]);
  return figure.rows.filter((row) => places.every(([place, value]) => row[place] === value));
}

function settle(figure, choice) {
  // Each control offers what has figures together with the choices before it.
  const settled = {};
  const offered = {};
  for (const control of figure.controls) {
    offered[control.name] = control.options.filter((option) => chosenRows(figure, { ...settled, [control.name]: option }).length);
    const wanted = choice[control.name];
    settled[control.name] = offered[control.name].includes(wanted) ? wanted : offered[control.name][0];
  }
  return [settled, offered];
}

function subtitle(figure, choice) {
  const measure = choice.measure ?? figure.unit;
  const parts = Object.entries(choice).filter(([name]) => name !== "measure").map(([, value]) => value);
  const only = figure.only.filter((name) => !parts.some((part) => part.toLowerCase() === name.toLowerCase()));
  return [...only, ...parts, figure.units[measure] ?? measure].join(" · ");
}

function specification(figure, choice, hidden, paper) {
  const series = figure.columns.indexOf("series");
  const rows = chosenRows(figure, choice).filter((row) => !hidden.has(row[series]));
  const spec = structuredClone(figure.spec);
  if (figure.bars) spec.height = barHeight(figure, new Set(rows.map((row) => row[figure.columns.indexOf("x")])).size, new Set(rows.map((row) => row[series])).size);
  spec.data = { values: rows.map((row) => Object.fromEntries(figure.columns.map((name, place) => [name, row[place]]))) };
  if (paper) {
    spec.title.subtitle = [subtitle(figure, choice), ...spec.title.subtitle.slice(1)];
    const there = figure.series.map((one) => one.name).filter((name) => rows.some((row) => row[series] === name));
    for (const layer of spec.layer)
      for (const channel of Object.values(layer.encoding)) if (channel.legend) channel.legend.values = there;
  } else {
    delete spec.title;
    spec.width = "container";
    spec.config.background = "transparent";
    for (const layer of spec.layer) for (const channel of Object.values(layer.encoding)) if (channel.legend) channel.legend = null;
    spec.autosize = { type: "fit-x", contains: "padding" };
    if (window.innerWidth < 640) for (const layer of spec.layer) {
      if (layer.encoding.y.axis?.labelLimit) layer.encoding.y.axis.labelLimit = figure.two_lines ? 150 : 140;
      if (figure.bars && layer.encoding.x.axis?.tickCount) layer.encoding.x.axis.tickCount = 3;
    }
  }
  return spec;
}

function barHeight(figure, names, series) {
  return Math.max(names, 1) * (8 + 14 * Math.max(series, figure.two_lines ? 2 : 1));
}

function swatch(series, lines) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", "swatch");
  svg.setAttribute("data-colour", series.colour);
  svg.setAttribute("aria-hidden", "true");
  const mark = document.createElementNS(space, "line");
  for (const [key, value] of Object.entries({ x1: 0, x2: 26, y1: 6, y2: 6, stroke: "currentColor", "stroke-width": lines ? 3 : 12 })) mark.setAttribute(key, value);
  if (lines && series.dash.length) mark.setAttribute("stroke-dasharray", series.dash.join(" "));
  svg.append(mark);
  return svg;
}

function startChart(place) {
  const figure = report.figures[place.dataset.figure];
  const drawing = place.querySelector(".drawing");
  const controls = place.querySelector(".controls");
  const hidden = new Set();
  let [choice, offered] = settle(figure, {});
  let width = 0;

  async function draw() {
    width = drawing.clientWidth;
    place.querySelector(".unit").textContent = subtitle(figure, choice);
    drawing.classList.add("drawn");
    await vegaEmbed(drawing, specification(figure, choice, hidden, false), embedding);
    drawing.querySelector("svg").setAttribute("aria-hidden", "true"); // its frame says what it shows
  }
  function choose(name, value) {
    [choice, offered] = settle(figure, { ...choice, [name]: value });
    for (const select of controls.querySelectorAll("select")) {
      select.replaceChildren(...offered[select.name].map((option) => element("option", { value: option }, option)));
      select.value = choice[select.name];
    }
    showSeries();
    draw();
  }
  const list = element("fieldset", {}, element("legend", {}, "Series of " + figure.title));
  function showSeries() {
    const there = new Set(chosenRows(figure, choice).map((row) => row[figure.columns.indexOf("series")]));
    const shown = figure.series.filter((series) => there.has(series.name));
    list.hidden = shown.length < 2;
    list.replaceChildren(list.firstChild, ...shown.map((series) => {
      const box = element("input", { type: "checkbox", value: series.name, checked: !hidden.has(series.name), onchange: () => {
        hidden[box.checked ? "delete" : "add"](series.name);
        draw();
      } });
      return element("label", {}, box, swatch(series, figure.lines), series.name);
    }));
    if (shown.every((series) => hidden.has(series.name))) hidden.clear();
  }
  async function save(type) {
    const made = await vegaEmbed(document.createElement("div"), specification(figure, choice, hidden, true), embedding);
    const name = place.dataset.figure;
    if (type === "svg") download(name + ".svg", "image/svg+xml", await made.view.toSVG());
    else (await made.view.toCanvas(3)).toBlob((blob) => download(name + ".png", "image/png", blob));
    made.finalize();
  }
  for (const control of figure.controls) {
    if (control.options.length < 2) continue;
    const select = element("select", { name: control.name, onchange: () => choose(control.name, select.value) });
    controls.append(element("label", {}, control.label, select));
  }
  controls.append(list);
  place.append(element("div", { class: "actions" },
    element("button", { type: "button", onclick: () => save("png") }, "Save PNG"),
    element("button", { type: "button", onclick: () => save("svg") }, "Save SVG"),
    element("button", { type: "button", onclick: () => download(place.dataset.figure + ".csv", "text/csv", toCsv(figure.columns, figure.rows)) }, "Data as CSV")));
  for (const button of place.querySelectorAll(".actions button")) button.setAttribute("aria-label", `${button.textContent}: ${figure.title}`);
  if (figure.controls.length) choose(figure.controls[0].name, choice[figure.controls[0].name]);
  else {
    showSeries();
    draw();
  }
  new ResizeObserver(() => { if (drawing.clientWidth && drawing.clientWidth !== width) draw(); }).observe(drawing);
}

"use strict";
function startTheme() {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const button = element("button", { type: "button", class: "theme", onclick: () => {
    const shown = document.documentElement.dataset.theme ?? (dark.matches ? "dark" : "light");
    document.documentElement.dataset.theme = shown === "dark" ? "light" : "dark";
    name();
  } });
  const name = () => { button.textContent = (document.documentElement.dataset.theme ?? (dark.matches ? "dark" : "light")) === "dark" ? "Light colours" : "Dark colours"; };
  dark.addEventListener("change", name);
  name();
  document.querySelector("header").prepend(button);
}

startTheme();
document.querySelectorAll("figure.chart").forEach(startChart);
document.querySelectorAll("details.table").forEach(startTable);
startCodes(document.getElementById("codes")).then(() => { document.documentElement.dataset.ready = "yes"; });

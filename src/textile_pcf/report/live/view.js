// What is shown: reads the numbers, lets people move them, and writes figures. Texts enter the page as text only.
(() => {
  "use strict";
  const data = JSON.parse(document.getElementById("data").textContent), t = data.texts, by = (id) => document.getElementById(id);
  const state = { scenario: 0, product: 0, unit: data.unit, settings: {} };
  const make = (tag, attributes, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (name in element && name !== "list") element[name] = value; else element.setAttribute(name, value);
    }
    element.append(...children);
    return element;
  };
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));

  // Four significant digits, as the report writes them.
  const places = (value) => Math.min(12, Math.max(0, 3 - Math.floor(Math.log10(Math.abs(value) || 1))));
  const figure = (value) => (Object.is(value, -0) || value === 0 ? "0"
    : value.toLocaleString("en-US", { minimumFractionDigits: places(value), maximumFractionDigits: places(value) })).replace("-", "−");
  const aligned = (value, total) => value.toLocaleString("en-US",
    { minimumFractionDigits: places(total), maximumFractionDigits: places(total) }).replace(/^-(0\.?0*)$/, "$1").replace("-", "−");
  const percent = (part, total, size) => (total > 1e-12 * Math.abs(part) ? `${signed((part / total) * 100, size)} %` : "");
  const signed = (value, total) => (/^[0.]*$/.test(aligned(value, total)) ? "0" : (value > 0 ? "+" : "") + aligned(value, total));
  const short = (value) => String(Number(value.toPrecision(4)));

  const base = () => data.cases[0].products[state.product];
  const current = () => data.cases[state.scenario];
  const product = () => current().products.find((each) => each.name === base().name);
  const setting = () => {
    const key = JSON.stringify([state.scenario, state.product]);
    return (state.settings[key] = state.settings[key] || { by: {}, mix: {} });
  };
  const name = (control) => control.flows.map((flow) => title(control.stage, flow)).join(" + ");
  const title = (stage, flow) => (current().flows[stage] || {})[flow] || flow;
  const nothing = { line: {}, loss: {}, extra: [] };
  const item = (one) => (one.name ? `${one.name} (${one.item})` : one.item);

  // -- figures ---------------------------------------------------------------------------------------------------------

  function show() {
    const own = product(), moved = numbers.moves(own, setting()), scale = own.units[state.unit];
    const found = numbers.evaluate(own, moved, null), total = found.total * scale;
    const first = base(), start = numbers.evaluate(first, nothing, null), before = start.total * first.units[state.unit];
    const interval = numbers.interval(own, moved, state.unit, data);
    by("total").textContent = figure(total);
    by("per").textContent = fill(t.per, { unit: state.unit });
    const change = total - before, part = percent(change, before, 10), share = part && ` (${part})`;
    by("compared").replaceChildren(change === 0 ? t.live_as_calculated
      : make("span", { className: change < 0 ? "down" : "up" }, fill(t.live_compared,
        { change: (change < 0 ? "▼ " : "▲ ") + signed(change, before) + share, base: figure(before) })));
    const values = { low: figure(interval.low), high: figure(interval.high), mean: figure(interval.mean), declared: own.declared[0], count: own.declared[1] };
    by("interval").textContent = fill(interval.sd > 0 ? t.live_interval : t.live_no_interval, values);
    const removals = found.removals * scale, including = current().including;
    const more = [fill(t.live_headline, { excluding: figure(including ? total + removals : total), including: figure(including ? total : total - removals),
      declared: including ? t.including : t.excluding })];
    if (interval.sd > 0) more.push(fill(t.live_spread, values));
    if (interval.sd > 0 && (total < interval.low || total > interval.high)) more.push(t.live_outside);
    for (const element of document.querySelectorAll(".more")) element.textContent = more.join(document.documentElement.lang === "zh" ? "" : " ");
    span(total, before, interval);
    stages(found, start, scale, first);
    file(own);
  }

  function span(total, before, interval) {
    const ends = [total, before, ...(interval.sd > 0 ? [interval.low, interval.high] : [])];
    const width = Math.max(Math.max(...ends) - Math.min(...ends), Math.abs(before) * 0.1, 1e-12);
    const left = Math.min(...ends) - 0.15 * width, at = (value) => `${((value - left) / (1.3 * width)) * 100}%`;
    const range = make("i", { className: "range" }), here = make("i", { className: "here" }), old = make("i", { className: "base" });
    if (interval.sd > 0) { range.style.left = at(interval.low); range.style.width = `${((interval.high - interval.low) / (1.3 * width)) * 100}%`; }
    here.style.left = at(total);
    old.style.left = at(before);
    by("span").replaceChildren(range, old, here);
  }

  // The stages of the result as it was calculated, and those of the setting: a scenario may have others.
  function stages(found, start, scale, first) {
    const rows = new Map(), add = (stage, column, value) => {
      const row = rows.get(stage.id) || { stage, now: 0, then: 0 };
      row[column] += value;
      rows.set(stage.id, row);
    };
    data.cases[0].stages.forEach((stage, number) => number in start.stages && add(stage, "then", start.stages[number] * first.units[state.unit]));
    current().stages.forEach((stage, number) => number in found.stages && add(stage, "now", found.stages[number] * scale));
    const values = [...rows.values()].flatMap((row) => [row.now, row.then, 0]);
    const low = Math.min(...values), width = Math.max(...values) - low || 1, at = (value) => ((value - low) / width) * 100;
    const largest = Math.max(...values.map(Math.abs));
    by("per_stage").textContent = fill(t.per, { unit: state.unit });
    by("stages").querySelector("tbody").replaceChildren(...[...rows.values()].map(({ stage, now, then }) => {
      const bar = make("i", { className: now < 0 ? "bar minus" : "bar" }), tick = make("i", { className: "tick" });
      bar.style.left = `${at(Math.min(now, 0))}%`;
      bar.style.width = `${(Math.abs(now) / width) * 100}%`;
      tick.style.left = `${at(then)}%`;
      return make("tr", { className: stage.outside ? "memo" : "" }, make("td", {}, stage.title + (stage.outside ? " *" : "")),
        make("td", { className: "b" }, bar, tick), make("td", { className: "n" }, aligned(now, largest)),
        make("td", { className: "n" }, signed(now - then, largest)));
    }), ...([...rows.values()].some(({ stage }) => stage.outside)
      ? [make("tr", { className: "memo" }, make("td", { colSpan: 4 }, `* ${t.memo}`))] : []));
  }

  // -- the change file -------------------------------------------------------------------------------------------------

  const scenarioName = () => fill(t.live_name, { product: base().name }) + (current().name ? `, ${current().name}` : "");

  function file(own) {
    const list = [...current().changes, ...numbers.changes(own, setting())], isMoved = list.length > 0;
    by("file").textContent = isMoved ? numbers.changeFile(scenarioName(), list) : t.live_nothing;
    for (const id of ["copy", "save"]) by(id).disabled = !isMoved;
    by("command").textContent = isMoved ? t.live_command : "";
    by("copied").textContent = "";
    const mine = setting();
    by("reset").disabled = !Object.keys(mine.by).length && !Object.values(mine.mix).some((mix) => mix.share > 0);
  }

  async function copy() {
    const text = by("file").textContent;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      getSelection().selectAllChildren(by("file"));
      document.execCommand("copy");
    }
    by("copied").textContent = t.live_copied;
  }

  function save() {
    const link = make("a", { href: URL.createObjectURL(new Blob([by("file").textContent], { type: "text/yaml" })), download: "changes.yaml" });
    link.click();
    URL.revokeObjectURL(link.href);
  }

  // -- what can be moved -----------------------------------------------------------------------------------------------

  let count = 0;
  const slider = (low, high, value, label, move) => {
    const id = `slider-${count++}`, at = (number) => Math.round(((number - low) / (high - low)) * 1000);
    const range = make("input", { type: "range", min: 0, max: 1000, step: 1, value: at(value), id });
    const box = make("input", { type: "number", step: "any", value: short(value), "aria-label": label });
    const set = (number) => {
      const within = Math.min(high, Math.max(low, number));
      range.value = at(within);
      box.value = short(within);
      range.setAttribute("aria-valuetext", short(within));
      return within;
    };
    range.addEventListener("input", () => {
      const number = Number((low + (range.value / 1000) * (high - low)).toPrecision(4));
      box.value = short(number);
      range.setAttribute("aria-valuetext", short(number));
      move(Number(range.value) === at(value) ? value : Math.min(high, Math.max(low, number)));
    });
    box.addEventListener("change", () => move(set(box.value === "" || !Number.isFinite(Number(box.value)) ? value : Number(box.value))));
    return { id, range, box, set };
  };

  function amount(control, number) {
    const mine = setting(), of = [control.component, control.item && control.places.some((place) => place.item) ? control.item : ""].filter(Boolean);
    const label = `${name(control)}${of.length ? ` (${of.join(", ")})` : ""}`, row = make("div", { className: "control" });
    const back = make("button", { type: "button", title: t.live_back, "aria-label": `${t.live_back}: ${label}`, disabled: true }, "↺");
    const move = (value) => {
      if (value === control.base) delete mine.by[number];
      else mine.by[number] = control.set ? value : value / control.base;
      const moved = number in mine.by;
      row.classList.toggle("moved", moved);
      back.disabled = !moved;
      show();
      mark();
    };
    const parts = slider(control.low, control.high, control.base, `${label} [${control.unit}]`, move);
    if (number in mine.by) {
      parts.set(control.set ? mine.by[number] : mine.by[number] * control.base);
      row.classList.add("moved");
      back.disabled = false;
    }
    back.addEventListener("click", () => { parts.set(control.base); move(control.base); });
    const band = { low: short(control.low), high: short(control.high), unit: control.unit, base: short(control.base) };
    row.append(make("label", { htmlFor: parts.id }, label), parts.range, parts.box, make("span", { className: "soft" }, control.unit), back,
      make("p", { className: "about" }, fill(control.plausible ? t.live_band : t.live_range, band)));
    return row;
  }

  // What an amount carries of the total: the change by one per cent more of it, so that what matters most stands first.
  function weight(own, control, number) {
    const by = control.set ? { [number]: 1 } : { [number]: 1.01 }, moved = numbers.moves(own, { by, mix: {} });
    return Math.abs(numbers.evaluate(own, moved, null).total - own.at);
  }

  function amounts(own) {
    const host = by("amounts").querySelector("div"), order = own.controls.map((control, number) => [weight(own, control, number), number]);
    const first = order.filter(([size, number]) => size > 0 && !own.controls[number].set).sort((a, b) => b[0] - a[0]).slice(0, 6).map(([, number]) => number);
    const rest = own.controls.map((control, number) => number).filter((number) => !first.includes(number));
    const line = (number) => {
      const row = amount(own.controls[number], number), stage = current().stages[own.controls[number].stage].title;
      row.querySelector("label").prepend(`${stage}: `);
      return row;
    };
    const groups = [...new Set(rest.map((number) => own.controls[number].stage))].sort((a, b) => a - b).map((stage) =>
      make("details", { open: rest.some((number) => own.controls[number].stage === stage && number in setting().by) },
        make("summary", {}, current().stages[stage].title), ...rest.filter((number) => own.controls[number].stage === stage).map((number) => amount(own.controls[number], number))));
    host.replaceChildren(...(first.length ? [make("h3", {}, t.live_most), ...first.map(line)] : []),
      ...(groups.length ? [make("h3", {}, t.live_others), ...groups] : []));
    mark();
  }

  const mark = () => by("amounts").querySelectorAll("details, h3").forEach((element) => element.classList.toggle("has", Boolean(element.querySelector(".moved"))));

  function mix(own, carrier, number) {
    const mine = setting(), mixed = mine.mix[number] || { item: 0, share: 0, off: [] }, row = make("div", { className: "mix" });
    const change = (values) => {
      Object.assign(mixed, values);
      mine.mix[number] = mixed;
      row.classList.toggle("moved", mixed.share > 0);
      show();
    };
    const label = item(carrier) + (carrier.region ? `, ${carrier.region}` : ""), parts = slider(0, 100, 0, `${fill(t.live_share, { item: label })} [%]`, (value) => change({ share: value / 100 }));
    if (mixed.share > 0) { parts.set(mixed.share * 100); row.classList.add("moved"); }
    const choice = make("select", { "aria-label": fill(t.live_instead, { item: label }) }, ...carrier.alternatives.map((one, place) =>
      make("option", { value: place, selected: place === mixed.item }, item(one) + (one.fallback ? ` – ${one.fallback}` : ""))));
    choice.addEventListener("change", () => change({ item: Number(choice.value) }));
    const boxes = carrier.controls.map((control) => {
      const box = make("input", { type: "checkbox", checked: !mixed.off.includes(control) });
      box.addEventListener("change", () => change({ off: box.checked ? mixed.off.filter((each) => each !== control) : [...mixed.off, control] }));
      const own_ = own.controls[control];
      return make("label", {}, box, ` ${current().stages[own_.stage].title}: ${name(own_)}`);
    });
    row.append(make("h3", {}, label), make("div", { className: "control" }, choice, parts.range, parts.box, make("span", { className: "soft" }, "%")),
      make("details", {}, make("summary", {}, t.live_where), make("fieldset", {}, ...boxes)));
    return row;
  }

  function fixed(own) {
    const rows = own.fixed.map((each) => make("tr", {}, make("td", {}, [each.stage, each.name].filter(Boolean).join(": ")), make("td", { className: "n" }, each.value === null ? "" : `${short(each.value)} ${each.unit}`),
      make("td", {}, each.reason), make("td", { className: "n" }, each.effect ? percent(each.effect, own.at, 1) : "")));
    const head = [t.live_number, t.live_value, t.live_reason, t.live_effect].map((text, column) => make("th", { className: column % 2 ? "n" : "" }, text));
    by("fixed").querySelector("div").replaceChildren(rows.length
      ? make("div", { className: "wide" }, make("table", { className: "grid" }, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows))) : make("p", {}, "–"));
  }

  // -- the page --------------------------------------------------------------------------------------------------------

  function build() {
    const own = product();
    for (const id of ["stages", "mixes", "amounts", "fixed", "setting"]) by(id).hidden = !own;
    by("cases").querySelectorAll("button").forEach((button, number) => button.setAttribute("aria-pressed", String(number === state.scenario)));
    if (!own) { by("total").textContent = "–"; by("interval").textContent = t.live_gone; return; }
    own.at = numbers.evaluate(own, nothing, null).total;
    if (!(state.unit in own.units)) state.unit = Object.keys(own.units)[0];
    by("unit").replaceChildren(...Object.keys(own.units).filter((unit) => unit in base().units).map((unit) => make("option", { value: unit, selected: unit === state.unit }, unit)));
    by("mixes").hidden = !own.carriers.length;
    by("amounts").hidden = !own.controls.length;
    by("mixes").querySelector("div").replaceChildren(...own.carriers.map((carrier, number) => mix(own, carrier, number)));
    amounts(own);
    fixed(own);
    show();
  }

  by("product").replaceChildren(...data.cases[0].products.map((each, number) => make("option", { value: number }, each.name)));
  by("cases").hidden = data.cases.length < 2;
  by("cases").querySelector("p").textContent = t.live_scenarios_note;
  by("cases").querySelector("div").replaceChildren(...data.cases.map((each, number) => {
    const button = make("button", { type: "button" }, each.name || t.live_base);
    button.addEventListener("click", () => { state.scenario = number; build(); });
    return button;
  }));
  by("product").addEventListener("change", (event) => { state.product = Number(event.target.value); build(); });
  by("unit").addEventListener("change", (event) => { state.unit = event.target.value; show(); });
  by("reset").addEventListener("click", () => { Object.assign(setting(), { by: {}, mix: {} }); build(); });
  by("copy").addEventListener("click", copy);
  by("save").addEventListener("click", save);
  build();
})();

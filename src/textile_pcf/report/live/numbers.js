// The arithmetic of the library on the numbers of one product: amount = value × scale × masses, total = Σ amount × factor.
// Nothing here knows the page. `at` is a point: multiples of sources, and what quantities are there; null for stated numbers.
const numbers = (() => {
  "use strict";
  const ratio = (loss, basis) => (basis === "input" ? 1 / (1 - loss) : basis === "output" ? 1 + loss : loss);
  const other = (at, name, index, value) => (at && at.state[name] && index in at.state[name] ? at.state[name][index] : value);
  const multiple = (at, source) => (at && source >= 0 ? at.multiples[source] : 1);
  const madeOf = (at, parts) => parts.reduce((sum, [source, part]) => sum + part * (multiple(at, source) - 1), 1);

  // What a setting does: multiples of lines and losses that are moved, and lines that another item takes a part of.
  function moves(product, setting) {
    const line = {}, loss = {}, extra = [];
    product.controls.forEach((control, number) => {
      const by = setting.by[number];
      if (by === undefined) return;
      for (const index of control.lines) line[index] = by;
      for (const index of control.losses) loss[index] = control.set ? by * control.factor : product.losses[index].value * by;
    });
    product.carriers.forEach((carrier, number) => {
      const mix = setting.mix[number];
      if (!mix || !(mix.share > 0)) return;
      for (const control of carrier.controls) {
        if (mix.off.includes(control)) continue;
        for (const index of product.controls[control].lines) {
          const by = line[index] === undefined ? 1 : line[index];
          line[index] = by * (1 - mix.share);
          extra.push({ line: index, by: by * mix.share, factor: carrier.alternatives[mix.item].lines[index] });
        }
      }
    });
    return { line, loss, extra };
  }

  function masses(product, moved, at) {
    const ratios = product.losses.map((loss, index) => {
      const value = index in moved.loss
        ? moved.loss[index] * (loss.given ? multiple(at, loss.source) : 1)
        : other(at, "loss", index, loss.value) * multiple(at, loss.source);
      return ratio(value, loss.basis);
    });
    const input = [], output = [], mass = at && "mass" in at.state ? at.state.mass : product.mass;
    for (let index = product.processes.length - 1; index >= 0; index--) {
      const process = product.processes[index];
      const share = process.share < 0 ? 1 : other(at, "share", process.share, product.share[process.share]);
      output[index] = (process.next < 0 ? mass : input[process.next]) * share;
      input[index] = process.losses.reduce((through, loss) => through * ratios[loss], 1) * output[index];
    }
    return { input, output };
  }

  // Amounts of all lines, then of those that another item takes; the line that balances biogenic carbon comes last.
  function amounts(product, moved, at) {
    const mass = masses(product, moved, at);
    const through = (line, index, value) => {
      const input = mass.input[line.process], output = mass.output[line.process], [byOutput, byInput, byLoss] = line.driver;
      return value * other(at, "scale", index, line.scale) * output ** byOutput * input ** byInput * (input - output) ** byLoss;
    };
    const own = product.lines.map((line, index) => {
      if (!(index in moved.line)) return through(line, index, other(at, "value", index, line.value) * multiple(at, line.source));
      const value = line.given ? other(at, "value", index, line.value) * multiple(at, line.source) : line.value;
      return through(line, index, value * moved.line[index]);
    });
    const extra = moved.extra.map(({ line: index, by }) => {
      const line = product.lines[index];
      return through(line, index, (line.given ? other(at, "value", index, line.value) : line.value) * by);
    });
    const balance = product.balance;
    if (balance) {
      const content = at && "content" in at.state ? at.state.content : product.content, line = product.lines[balance.line];
      own[balance.line] = 0;
      const carried = product.lines.reduce((sum, each, index) => sum + own[index] * each.carried * madeOf(at, each.made_of), 0);
      const leaves = balance.co2_per_carbon * content * mass.output[line.process];
      own[balance.line] = content === null ? 0 : (leaves - carried) / (balance.uptake * madeOf(at, line.made_of));
    }
    return { own, extra };
  }

  function factor(product, index, at) {
    const link = product.links[index];
    return at && link ? link.factor : product.lines[index].factor * madeOf(at, product.lines[index].made_of);
  }

  // Emissions by stage, the total inside the boundary and the net uptake of CO2. [per product unit]
  function evaluate(product, moved, at) {
    const found = amounts(product, moved, at), stages = {};
    let total = 0, removals = 0;
    const add = (line, amount, emitted, removal) => {
      stages[line.stage] = (stages[line.stage] || 0) + amount * emitted;
      if (!line.counted) return;
      total += amount * emitted;
      removals += amount * removal;
    };
    product.lines.forEach((line, index) => add(line, found.own[index], factor(product, index, at), line.removal));
    moved.extra.forEach(({ line, factor: each }, place) =>
      add(product.lines[line], found.extra[place], each.factor * madeOf(at, each.made_of), each.removal));
    return { stages, total, removals, amounts: found };
  }

  const varies = (product, moved) => product.sources.some((source, number) => !source.linear && (
    (product.points && number in product.points.steps)
    || product.losses.some((loss, index) => loss.source === number && (loss.given || !(index in moved.loss)))));

  // Mean and ∂ total / ∂ ln value of each source there: of sums of lines.
  function bySums(product, moved) {
    const at = { multiples: product.sources.map((source) => source.mean), state: {} }, found = amounts(product, moved, null);
    const slopes = product.sources.map(() => 0);
    let mean = 0;
    const add = (amount, source, emitted, parts, link) => {
      const kilograms = amount * multiple(at, source) * (link ? link.factor : emitted * madeOf(at, parts));
      mean += kilograms;
      if (source >= 0) slopes[source] += kilograms;
      if (link) {
        for (const [number, slope] of Object.entries(link.slopes)) slopes[number] += amount * multiple(at, source) * slope;
        return;
      }
      for (const [number, part] of parts) slopes[number] += amount * multiple(at, source) * emitted * part * at.multiples[number];
    };
    product.lines.forEach((line, index) => {
      const source = index in moved.line && !line.given ? -1 : line.source;
      if (line.counted) add(found.own[index], source, line.factor, line.made_of, product.links[index]);
    });
    moved.extra.forEach(({ line, factor: each }, place) => {
      if (product.lines[line].counted) add(found.extra[place], -1, each.factor, each.made_of, null);
    });
    return { mean, slopes };
  }

  // The same by recalculations at steps from the means.
  function byDifferences(product, moved, unit, differences) {
    const points = product.points || { means: {}, steps: {} };
    const scale = (state) => (state.units && unit in state.units ? state.units[unit] : product.units[unit]);
    const total = (multiples, state) => evaluate(product, moved, { multiples, state }).total * scale(state);
    const means = product.sources.map((source) => source.mean), mean = total(means, points.means);
    const linked = Object.entries(product.links);
    const taken = linked.length ? amounts(product, moved, { multiples: means, state: points.means }).own : [];
    const slopes = means.map((value, number) => {
      const own = differences.points.reduce((sum, step, place) => {
        const multiples = means.slice(), states = points.steps[number];
        multiples[number] = value * Math.exp(step);
        return sum + differences.weights[place] * total(multiples, states ? states[place] : points.means);
      }, 0);
      return linked.reduce((sum, [line, link]) =>
        sum + (product.lines[line].counted ? taken[line] * (link.slopes[number] || 0) * scale(points.means) : 0), own);
    });
    return { mean, slopes };
  }

  // The closed form: mean, standard deviation and the quantiles 2.5 and 97.5 % of the matched lognormal. [per unit]
  function interval(product, moved, unit, data) {
    let { mean, slopes } = varies(product, moved)
      ? byDifferences(product, moved, unit, data.differences) : bySums(product, moved);
    if (!varies(product, moved)) {
      mean *= product.units[unit];
      slopes = slopes.map((slope) => slope * product.units[unit]);
    }
    const variance = slopes.reduce((sum, slope, number) => sum + slope * slope * product.sources[number].variation, 0);
    const sd = Math.sqrt(variance);
    if (!(mean > 0)) return { mean, sd, gsd: null, median: mean, low: mean - data.quantile * sd, high: mean + data.quantile * sd };
    const width = Math.sqrt(Math.log1p(variance / (mean * mean))), median = mean * Math.exp(-width * width / 2);
    return { mean, sd, gsd: Math.exp(width), median,
      low: median * Math.exp(-data.quantile * width), high: median * Math.exp(data.quantile * width) };
  }

  // -- the change file -----------------------------------------------------------------------------------------------

  const flow = (value) => Array.isArray(value) ? `[${value.map(flow).join(", ")}]`
    : value !== null && typeof value === "object"
      ? `{${Object.entries(value).map(([key, each]) => `${key}: ${flow(each)}`).join(", ")}}` : JSON.stringify(value);

  // Changes of a setting: amounts are scaled first, then rows with another item are added.
  function changes(product, setting) {
    const scaled = [], added = [], mixed = {};
    product.carriers.forEach((carrier, number) => {
      const mix = setting.mix[number];
      if (!mix || !(mix.share > 0)) return;
      for (const control of carrier.controls) if (!mix.off.includes(control)) mixed[control] = { carrier, mix };
    });
    product.controls.forEach((control, number) => {
      const by = setting.by[number], share = mixed[number] ? mixed[number].mix.share : 0;
      if (by === undefined && !share) return;
      const part = (by === undefined ? 1 : by) * (1 - share);
      const shown = (value) => Number(value.toPrecision(4)), now = control.set ? by : control.base * part;
      const note = `${shown(control.base)} → ${shown(now)} ${control.unit}`;
      for (const at of control.places) {
        scaled.push(control.set ? { change: "set", at, amount: by, unit: control.unit, note } : { change: "scale", at, by: part, note });
      }
      if (!share) return;
      const { carrier, mix } = mixed[number], item = carrier.alternatives[mix.item].item;
      for (const { row, amount } of carrier.rows[number]) {
        added.push({ change: "add", row: { ...row, item, amount: amount * (by === undefined ? 1 : by) * share } });
      }
    });
    return [...scaled, ...added];
  }

  const changeFile = (name, list) =>
    `scenarios:\n  - name: ${JSON.stringify(name)}\n    changes:\n${list.map((each) => `      - ${flow(each)}\n`).join("")}`;

  return { moves, evaluate, interval, changes, changeFile };
})();

'use strict';
(function () {
  function all(selector, root) { return Array.from((root || document).querySelectorAll(selector)); }
  function make(tag, className, text, parent) {
    const element = document.createElement(tag);
    element.className = className;
    element.textContent = text;
    parent.appendChild(element);
    return element;
  }
  function bare(value, format) {
    const shown = format.kind === 'NUMBER' ? value : 100 * value;
    const text = Math.abs(shown).toLocaleString('en-US', { minimumFractionDigits: format.decimals, maximumFractionDigits: format.decimals });
    const sign = shown < 0 && /[1-9]/.test(text) ? '\u2212' : format.kind === 'POINTS' ? '+' : '';
    return sign + text;
  }
  function withUnit(value, format) {
    return bare(value, format) + (format.kind === 'PERCENT' ? '\u00a0%' : format.kind === 'POINTS' ? '\u00a0pp' : '');
  }
  function nearest(values, target) {
    let low = 0;
    let high = values.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (values[middle] <= target) { low = middle; } else { high = middle; }
    }
    return Math.abs(values[low] - target) <= Math.abs(values[high] - target) ? low : high;
  }

  function legend(chart) {
    all('.legend button', chart).forEach(function (button) {
      button.addEventListener('click', function () {
        const shown = button.getAttribute('aria-pressed') === 'true';
        button.setAttribute('aria-pressed', String(!shown));
        all('[data-series="' + button.dataset.toggles + '"]', chart).forEach(function (part) { part.classList.toggle('off', shown); });
      });
    });
  }

  function readOut(chart) {
    const holder = chart.querySelector('script[type="application/json"]');
    if (!holder) { return; }
    const data = JSON.parse(holder.textContent);
    const plot = chart.querySelector('.plot');
    const cursor = make('div', 'cursor', '', plot);
    const tip = make('div', 'tip', '', plot);
    tip.setAttribute('role', 'status');
    const places = Array.from(new Set(data.series.flatMap(function (s) { return s.x; }))).sort(function (a, b) { return a - b; });
    const scaled = data.logarithmic ? places.map(Math.log) : places;
    const from = data.logarithmic ? Math.log(data.from) : data.from;
    const to = data.logarithmic ? Math.log(data.to) : data.to;
    let at = -1;
    function hide() { cursor.hidden = true; tip.hidden = true; at = -1; }
    function show(index) {
      at = index;
      const share = (scaled[at] - from) / (to - from);
      cursor.hidden = false;
      tip.hidden = false;
      cursor.style.left = 100 * share + '%';
      tip.style.left = share < 0.5 ? 'calc(' + 100 * share + '% + 12px)' : 'auto';
      tip.style.right = share < 0.5 ? 'auto' : 'calc(' + 100 * (1 - share) + '% + 12px)';
      tip.textContent = '';
      make('div', 'at', data.xLabel + ' ' + bare(places[at], data.xFormat), tip);
      data.series.forEach(function (series, number) {
        const key = chart.querySelector('button[data-toggles="' + number + '"]');
        if (key.getAttribute('aria-pressed') === 'false') { return; }
        const i = nearest(series.x, places[at]);
        const row = make('div', 'row s' + number % 8, '', tip);
        make('span', '', series.label, row);
        const value = make('b', '', withUnit(series.mean[i], data.yFormat), row);
        if (series.low.length > 0) { make('small', '', '[' + bare(series.low[i], data.yFormat) + ', ' + bare(series.high[i], data.yFormat) + ']', value); }
      });
    }
    function point(event) {
      const box = plot.getBoundingClientRect();
      const share = (event.clientX - box.left) / box.width;
      show(nearest(scaled, from + share * (to - from)));
    }
    plot.addEventListener('pointermove', point);
    plot.addEventListener('pointerdown', point);
    plot.addEventListener('pointerleave', hide);
    plot.addEventListener('blur', hide);
    plot.addEventListener('keydown', function (event) {
      const step = Math.max(1, Math.round(places.length / 40));
      const moves = { ArrowLeft: Math.max(0, at - step), ArrowRight: Math.min(places.length - 1, at + step), Home: 0, End: places.length - 1 };
      if (event.key in moves) { show(moves[event.key]); event.preventDefault(); }
      if (event.key === 'Escape') { hide(); }
    });
    hide();
  }

  function folding() {
    all('button[data-fold]').forEach(function (button) {
      button.addEventListener('click', function () {
        all('details', button.closest('.trees')).forEach(function (part) { part.open = button.dataset.fold === 'open'; });
      });
    });
    let opened = [];
    window.addEventListener('beforeprint', function () {
      opened = all('.trees details:not([open])');
      opened.forEach(function (part) { part.open = true; });
    });
    window.addEventListener('afterprint', function () { opened.forEach(function (part) { part.open = false; }); });
  }

  function contents() {
    const links = all('.contents a');
    const sections = links.map(function (link) { return document.getElementById(link.getAttribute('href').slice(1)); });
    function mark() {
      let current = 0;
      sections.forEach(function (section, i) { if (section.getBoundingClientRect().top <= 120) { current = i; } });
      const end = window.innerHeight + window.scrollY >= document.documentElement.scrollHeight - 4;
      if (end && window.scrollY > 0) { current = links.length - 1; }
      links.forEach(function (link, i) {
        if (i === current) { link.setAttribute('aria-current', 'true'); } else { link.removeAttribute('aria-current'); }
      });
    }
    if (links.length > 0) {
      window.addEventListener('scroll', mark, { passive: true });
      mark();
    }
  }

  all('.chart').forEach(function (chart) { legend(chart); readOut(chart); });
  folding();
  contents();
  document.documentElement.dataset.ready = 'true';
})();

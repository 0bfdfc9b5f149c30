// Surroundings of a JavaScript program: the part of Node that programs for test cases use. The value of this script is a function
// that takes {input, write, exit}, and returns the one that runs what waits for its turn.
(function surround(host) {
  'use strict';

  const { exit } = host;
  // A half of a character that needs two is written as «�».
  const wellFormed = Function.prototype.call.bind(String.prototype.toWellFormed);
  const write = (text) => host.write(wellFormed(text));
  const LINE_CHARS = 72;
  const DEPTH = 4;
  const ITEMS = 100;

  // Values as texts, near to what Node prints.

  const quote = (text) => (text.includes("'") ? JSON.stringify(text) : `'${JSON.stringify(text).slice(1, -1).replace(/\\"/g, '"')}'`);
  const keyOf = (key) => (typeof key === 'symbol' ? `[${String(key)}]` : /^[\w$]+$/.test(key) ? key : quote(key));

  function simple(value) {
    switch (typeof value) {
      case 'string': return quote(value);
      case 'number': return Object.is(value, -0) ? '-0' : String(value);
      case 'bigint': return `${value}n`;
      case 'function': {
        const kind = /^class\b/.test(Function.prototype.toString.call(value)) ? 'class' : 'Function';
        return kind === 'class' ? `[class ${value.name || '(anonymous)'}]` : value.name ? `[Function: ${value.name}]` : '[Function (anonymous)]';
      }
      case 'object': return value === null ? 'null' : undefined;
      default: return String(value);
    }
  }

  function enclose(open, parts, close, indent) {
    if (parts.length === 0) return open + close;
    const line = `${open} ${parts.join(', ')} ${close}`;
    if (line.length <= LINE_CHARS && !line.includes('\n')) return line;
    return `${open}\n${indent}  ${parts.join(`,\n${indent}  `)}\n${indent}${close}`;
  }

  function inspect(value, seen = [], indent = '') {
    const plain = simple(value);
    if (plain !== undefined) return plain;
    if (seen.includes(value)) return '[Circular *1]';
    if (value instanceof Error) return value.stack ? `${value}\n${value.stack}`.trimEnd() : `[${value}]`;
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
    if (value instanceof RegExp) return String(value);
    if (value instanceof Promise) return 'Promise {}';
    const name = value.constructor?.name ?? '[Object: null prototype]';
    if (seen.length > DEPTH) return Array.isArray(value) ? '[Array]' : `[${name}]`;
    const inner = (each) => inspect(each, [...seen, value], `${indent}  `);
    const few = (all) => (all.length > ITEMS ? [...all.slice(0, ITEMS), `... ${all.length - ITEMS} more items`] : all);
    const fields = () => Reflect.ownKeys(value)
      .filter((key) => Object.getOwnPropertyDescriptor(value, key).enumerable)
      .map((key) => {
        const { get, set } = Object.getOwnPropertyDescriptor(value, key);
        return `${keyOf(key)}: ${get ? (set ? '[Getter/Setter]' : '[Getter]') : set ? '[Setter]' : inner(value[key])}`;
      });
    if (Array.isArray(value)) {
      const items = Array.from(value.slice(0, ITEMS + 1), inner);
      if (value.length > ITEMS) items.splice(ITEMS, 1, `... ${value.length - ITEMS} more items`);
      return enclose(`${name === 'Array' ? '' : `${name}(${value.length}) `}[`, items, ']', indent);
    }
    if (ArrayBuffer.isView(value)) return enclose(`${name}(${value.length}) [`, few(Array.from(value, inner)), ']', indent);
    if (value instanceof Map) {
      return enclose(`Map(${value.size}) {`, few(Array.from(value, ([key, each]) => `${inner(key)} => ${inner(each)}`)), '}', indent);
    }
    if (value instanceof Set) return enclose(`Set(${value.size}) {`, few(Array.from(value, inner)), '}', indent);
    if (value instanceof Number || value instanceof String || value instanceof Boolean) return `[${name}: ${inner(value.valueOf())}]`;
    return enclose(name === 'Object' ? '{' : `${name} {`, fields(), '}', indent);
  }

  const shown = (value) => (typeof value === 'string' ? value : inspect(value));

  function format(first, ...rest) {
    if (typeof first !== 'string' || rest.length === 0) return [first, ...rest].map(shown).join(' ');
    const text = first.replace(/%[sdifjoOc%]/g, (mark) => {
      if (mark === '%%') return '%';
      if (rest.length === 0) return mark;
      const value = rest.shift();
      switch (mark) {
        case '%s': return shown(value);
        case '%d': return typeof value === 'bigint' ? `${value}n` : String(Number(value));
        case '%i': return String(Number.parseInt(value, 10));
        case '%f': return String(Number.parseFloat(value));
        case '%j': return JSON.stringify(value);
        case '%c': return '';
        default: return inspect(value);
      }
    });
    return [text, ...rest.map(shown)].join(' ');
  }

  // Calls that wait for their turn. Time does not pass while all wait: the next one is due at once.

  const waiting = [];
  let made = 0;
  let now = 0;

  function wait(call, delay, again) {
    if (typeof call !== 'function') throw new TypeError('a function is needed');
    made += 1;
    waiting.push({ id: made, due: now + Math.max(1, Number(delay) || 0), call, again });
    return made;
  }

  function cancel(id) {
    const place = waiting.findIndex((each) => each.id === id);
    if (place >= 0) waiting.splice(place, 1);
  }

  function next() {
    if (waiting.length === 0) return false;
    let place = 0;
    waiting.forEach((each, n) => { if (each.due < waiting[place].due) place = n; });
    const [turn] = waiting.splice(place, 1);
    now = Math.max(now, turn.due);
    if (turn.again) waiting.push({ ...turn, due: now + turn.again });
    turn.call();
    return true;
  }

  // Standard input, whole, by lines, and as events.

  let whole = null;
  let place = 0;

  // Asked for only when the program reads, since the host notes that.
  function input() {
    whole ??= host.input();
    return whole;
  }

  function rest() {
    const text = input().slice(place);
    place = input().length;
    return text;
  }

  function readLine() {
    if (place >= input().length) return null;
    const end = input().indexOf('\n', place);
    const line = input().slice(place, end < 0 ? input().length : end);
    place = end < 0 ? input().length : end + 1;
    return line.endsWith('\r') ? line.slice(0, -1) : line;
  }

  class Emitter {
    #heard = new Map();

    on(event, call) {
      this.#heard.set(event, [...(this.#heard.get(event) ?? []), call]);
      return this;
    }

    once(event, call) {
      const once = (...all) => {
        this.#heard.set(event, this.#heard.get(event).filter((each) => each !== once));
        call(...all);
      };
      return this.on(event, once);
    }

    emit(event, ...all) {
      const heard = this.#heard.get(event) ?? [];
      heard.forEach((call) => call.apply(this, all));
      return heard.length > 0;
    }
  }

  class Input extends Emitter {
    fd = 0;
    #begun = false;

    on(event, call) {
      super.on(event, call);
      if (this.#begun || !['data', 'end', 'readable'].includes(event)) return this;
      this.#begun = true;
      wait(() => {
        this.emit('readable');
        const text = rest();
        if (text) this.emit('data', text);
        this.emit('end');
        this.emit('close');
      }, 0);
      return this;
    }

    read() { return rest() || null; }
    setEncoding() { return this; }
    resume() { return this; }
    pause() { return this; }
    async *[Symbol.asyncIterator]() {
      const text = rest();
      if (text) yield text;
    }
  }

  class LineReader extends Emitter {
    #asked = [];
    #closed = false;

    constructor() {
      super();
      wait(() => this.#turn(), 0);
    }

    #turn() {
      if (this.#closed) return;
      const line = readLine();
      if (line === null) return this.close();
      const asked = this.#asked.shift();
      if (asked) asked(line); else this.emit('line', line);
      wait(() => this.#turn(), 0);
    }

    question(text, ...all) {
      write(String(text));
      this.#asked.push(all[all.length - 1]);
    }

    close() {
      if (this.#closed) return;
      this.#closed = true;
      this.emit('close');
    }

    setPrompt() {}
    prompt() {}
    async *[Symbol.asyncIterator]() {
      this.#closed = true;
      for (let line = readLine(); line !== null; line = readLine()) yield line;
    }
  }

  const stdin = new Input();
  const stdout = { fd: 1, isTTY: false, write(text) { write(String(text)); return true; }, end(text) { if (text !== undefined) write(String(text)); } };
  const nowhere = { fd: 2, isTTY: false, write: () => true, end() {} };

  function readFileSync(file) {
    if (file !== 0 && file !== '/dev/stdin') throw new Error('there is no file but standard input: 0 or /dev/stdin');
    return rest();
  }

  function writeSync(file, text) {
    if (file === 1) write(String(text)); else if (file !== 2) throw new Error('there is no file but standard output: 1');
    return String(text).length;
  }

  const modules = {
    fs: { readFileSync, writeSync, writeFileSync: (file, text) => writeSync(file === '/dev/stdout' ? 1 : file, text) },
    readline: { createInterface: () => new LineReader() },
    util: { inspect: (value) => inspect(value), format },
    events: Object.assign(Emitter, { EventEmitter: Emitter }),
  };

  function require(name) {
    const found = modules[String(name).replace(/^node:/, '')];
    if (!found) throw new Error(`there is no module '${name}' here`);
    return found;
  }

  const say = (...all) => write(`${all.length ? format(...all) : ''}\n`);
  const console = { log: say, info: say, debug: say, dir: (value) => say(inspect(value)), error() {}, warn() {}, trace() {}, assert() {}, time() {}, timeEnd() {} };
  const process = {
    argv: ['node', 'main.js'], env: {}, platform: 'linux', stdin, stdout, stderr: nowhere, exitCode: 0,
    exit: (code) => exit(Number(code ?? process.exitCode) | 0),
    on: () => process,
    cwd: () => '/',
    nextTick: (call, ...all) => { Promise.resolve().then(() => call(...all)); },
    hrtime: Object.assign(() => [Math.floor(Date.now() / 1000), 0], { bigint: () => BigInt(Date.now()) * 1000000n }),
    memoryUsage: () => ({ heapUsed: 0 }),
  };
  const exports = {};
  Object.assign(globalThis, {
    console, process, require, module: { exports }, exports, print: say,
    readline: readLine, readLine,
    setTimeout: (call, delay, ...all) => wait(() => call(...all), delay),
    setInterval: (call, delay, ...all) => wait(() => call(...all), delay, Math.max(1, Number(delay) || 0)),
    setImmediate: (call, ...all) => wait(() => call(...all), 0),
    clearTimeout: cancel, clearInterval: cancel, clearImmediate: cancel,
    queueMicrotask: (call) => { Promise.resolve().then(call); },
    global: globalThis,
  });
  return () => next() || (process.exitCode ? exit(Number(process.exitCode) | 0) : false);
})

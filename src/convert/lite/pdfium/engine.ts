/** One instance of PDFium in WASM: its calls, and the scratch memory that they write their answers to. */
import { init } from "@embedpdf/pdfium";

/** An exported function of the WASM module. Booleans are 0 and 1, pointers are numbers, 0 is "none". */
type Call = (...args: number[]) => number;

type Module = {
  HEAPU8: Uint8Array;
  wasmExports: Record<string, Call> & { malloc: Call; free: Call };
  addFunction(callback: Call, signature: string): number;
  removeFunction(pointer: number): void;
};

export type Engine = {
  /** PDFium's functions by their C names. A call may throw `WebAssembly.RuntimeError`: then the engine is dead. */
  readonly call: Record<string, Call>;
  /** 64 bytes for answers of calls; valid until the next call that uses them. */
  readonly scratch: number;
  /** The views follow the memory when it grows. Never keep one across a call. */
  bytes(): Uint8Array;
  floats(): Float32Array;
  doubles(): Float64Array;
  ints(): Int32Array;
  malloc(size: number): number;
  free(pointer: number): void;
  addFunction(callback: Call, signature: string): number;
  removeFunction(pointer: number): void;
};

/** WASM memory could not grow, or PDFium asked for more than there can be. */
export class OutOfWasmMemory extends Error {
  override name = "OutOfWasmMemory";
}

/** Starts PDFium. What it prints goes to `log`, never to stdout. */
export async function startEngine(wasm: Uint8Array, log: (line: string) => void): Promise<Engine> {
  const options = { wasmBinary: wasm, print: log, printErr: log };
  const wrapped = await init(options as unknown as Parameters<typeof init>[0]);
  wrapped.PDFiumExt_Init();
  const module = wrapped.pdfium as unknown as Module;
  const exports = module.wasmExports;
  const malloc = (size: number) => {
    const at = exports.malloc(size);
    if (at === 0) throw new OutOfWasmMemory(`PDFium's memory cannot hold ${size} bytes more`);
    return at;
  };
  return {
    call: exports,
    scratch: malloc(64),
    ...memoryViews(module),
    malloc,
    free: (pointer) => void exports.free(pointer),
    addFunction: (callback, signature) => module.addFunction(callback, signature),
    removeFunction: (pointer) => module.removeFunction(pointer),
  };
}

function memoryViews(module: Module): Pick<Engine, "bytes" | "floats" | "doubles" | "ints"> {
  let buffer: ArrayBufferLike = module.HEAPU8.buffer;
  let floats = new Float32Array(buffer);
  let doubles = new Float64Array(buffer);
  let ints = new Int32Array(buffer);
  const follow = () => {
    if (module.HEAPU8.buffer === buffer) return;
    buffer = module.HEAPU8.buffer;
    floats = new Float32Array(buffer);
    doubles = new Float64Array(buffer);
    ints = new Int32Array(buffer);
  };
  return {
    bytes: () => module.HEAPU8,
    floats: () => (follow(), floats),
    doubles: () => (follow(), doubles),
    ints: () => (follow(), ints),
  };
}

/** Reads a UTF-16LE text from a call of PDFium's manner: `(buffer, bytes) -> bytes needed`, a NUL at the end. */
export function readUtf16(engine: Engine, ask: (buffer: number, length: number) => number): string {
  return readText(engine, ask, "utf-16le", 2);
}

/** The same for calls that answer in UTF-8 or ASCII. */
export function readUtf8(engine: Engine, ask: (buffer: number, length: number) => number): string {
  return readText(engine, ask, "utf-8", 1);
}

const LONGEST_TEXT = 1 << 16;

function readText(
  engine: Engine,
  ask: (buffer: number, length: number) => number,
  encoding: string,
  unit: number,
): string {
  const length = ask(0, 0);
  if (length <= unit || length > LONGEST_TEXT) return "";
  const buffer = engine.malloc(length);
  try {
    ask(buffer, length);
    const text = engine.bytes().slice(buffer, buffer + length - unit);
    return new TextDecoder(encoding).decode(text);
  } finally {
    engine.free(buffer);
  }
}

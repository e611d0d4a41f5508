/**
 * What a host (a converter's child process) and its supervisor say to each other:
 * one JSON object a line, requests on the host's stdin, events on its stdout.
 * stderr is free text, its end is kept for the attempt's log. End of stdin ends the host.
 */
import { z } from "zod";

export const hostRequest = z.object({
  type: z.literal("convert"),
  id: z.number().int(),
  pdf: z.string(),
  /** An empty folder that exists. */
  out: z.string(),
});
export type HostRequest = z.infer<typeof hostRequest>;

export const hostEvent = z.discriminatedUnion("type", [
  /** Once, when it can take a request. */
  z.looseObject({ type: z.literal("ready"), converter: z.string(), version: z.string() }),
  z.looseObject({
    type: z.literal("progress"),
    id: z.number().int(),
    stage: z.string(),
    pages_done: z.number().int().nonnegative(),
    pages_total: z.number().int().nonnegative(),
  }),
  z.looseObject({
    type: z.literal("done"),
    id: z.number().int(),
    /** File name inside `out`. */
    markdown: z.string(),
    pages: z.number().int().positive(),
    /** From 1. */
    needs_ocr: z.array(z.number().int().positive()).default([]),
    warnings: z.array(z.string()).default([]),
  }),
  z.looseObject({
    type: z.literal("error"),
    id: z.number().int().nullable(),
    kind: z.enum(["poison", "unreadable", "transient", "resource", "infra"]),
    reason: z.string(),
    message: z.string(),
    hint: z.string().optional(),
  }),
]);
export type HostEvent = z.infer<typeof hostEvent>;

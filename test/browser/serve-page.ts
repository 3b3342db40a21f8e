import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { stripTypeScriptTypes } from "node:module";
import type { AddressInfo } from "node:net";
import { extname } from "node:path";
import { text } from "node:stream/consumers";

const root = new URL("../../", import.meta.url);

const kinds: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".ts": "text/javascript",
  ".wasm": "application/wasm",
};

/** The repository as a web site on this machine alone. */
export interface Site {
  readonly url: string;
  /** What a page posts to `/answer`. */
  readonly answer: Promise<unknown>;
  /** Files that were asked for. */
  readonly served: ReadonlySet<string>;
  close(): void;
}

/** Serves the repository's source, test pages and packages; TypeScript loses its types on the way, as when Node runs it. */
export async function serveRepository(): Promise<Site> {
  const { promise: answer, resolve } = Promise.withResolvers<unknown>();
  const served = new Set<string>();
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url!, "http://localhost");
    if (request.method === "POST" && pathname === "/answer") {
      resolve(JSON.parse(await text(request)));
      response.end();
      return;
    }
    const kind = kinds[extname(pathname)];
    try {
      if (!kind || !/^\/(?:src|test\/browser|node_modules)\//.test(pathname)) throw new Error("not for pages");
      const bytes = await readFile(new URL(`.${pathname}`, root));
      served.add(pathname.slice(1));
      response.setHeader("content-type", kind);
      response.end(pathname.endsWith(".ts") ? stripTypeScriptTypes(bytes.toString()) : bytes);
    } catch {
      response.statusCode = 404;
      response.end();
    }
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer,
    served,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

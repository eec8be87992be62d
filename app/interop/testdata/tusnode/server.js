// @tus/server with its file store and one variant: node server.js PORT DIRECTORY VARIANT
// Prints "listening" when it accepts connections. Files of more than 1 GiB are refused.
import { randomUUID } from "node:crypto";
import { FileStore } from "@tus/file-store";
import { Server } from "@tus/server";

const [port, directory, variant] = process.argv.slice(2);

const variants = {
  plain: {},
  expiring: {},
  relative: { relativeLocation: true },
  forwarded: { respectForwardedHeaders: true },
  // Files are stored in folders, whose names are part of the upload URL.
  nested: {
    namingFunction: (_request, metadata) => `inbox/${metadata?.filetype?.split("/")[0] ?? "other"}/${randomUUID()}`,
    generateUrl: (_request, { proto, host, path, id }) => `${proto}://${host}${path}/${Buffer.from(id).toString("base64url")}`,
    getFileIdFromRequest: (_request, last) => Buffer.from(last ?? "", "base64url").toString(),
  },
  auth: {
    onIncomingRequest: async (request) => {
      if (request.headers.get("authorization") !== "Bearer sesame") {
        throw { status_code: 401, body: "a token is required" };
      }
    },
  },
  metadata: {
    onUploadCreate: async (_request, upload) => ({
      metadata: { filename: upload.metadata?.filename ?? "unnamed", owner: "someone else" },
    }),
  },
  finish: {
    onUploadFinish: async (_request, upload) => ({
      status_code: 200,
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ link: `https://cdn.example.com/${upload.id}` }),
    }),
  },
};

const expirationPeriodInMilliseconds = variant === "expiring" ? 24 * 60 * 60 * 1000 : 0;
const server = new Server({
  path: "/files",
  datastore: new FileStore({ directory, expirationPeriodInMilliseconds }),
  maxSize: 1024 ** 3,
  ...variants[variant],
});

server.listen({ host: "127.0.0.1", port: Number(port) }, () => console.log("listening"));

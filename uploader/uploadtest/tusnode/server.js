// @tus/server with its file store: node server.js PORT DIRECTORY MAX_BYTES EXPIRY_MS
// Prints "listening" when it accepts connections. 0 means no limit and no expiry.
import { FileStore } from "@tus/file-store";
import { Server } from "@tus/server";

const [port, directory, maxSize, expiry] = process.argv.slice(2);

const server = new Server({
  path: "/files",
  datastore: new FileStore({ directory, expirationPeriodInMilliseconds: Number(expiry) }),
  maxSize: Number(maxSize),
});

server.listen({ host: "127.0.0.1", port: Number(port) }, () => console.log("listening"));

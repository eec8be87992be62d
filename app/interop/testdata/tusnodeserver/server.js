// tus-node-server with its file store: node server.js PORT DIRECTORY
// Prints "listening" when it accepts connections.
const path = require("node:path");
const Configstore = require("configstore");
const { FileStore, Server } = require("tus-node-server");

const [port, directory] = process.argv.slice(2);

const server = new Server({ path: "/files" });
server.datastore = new FileStore({
  directory,
  configstore: new Configstore("uploads", {}, { configPath: path.join(directory, "uploads.json") }),
});
server.listen({ host: "127.0.0.1", port: Number(port) }, () => console.log("listening"));

// Uploads with tus-js-client: node upload.js ENDPOINT FILES-AT-ONCE FILE|FOLDER...
import { createReadStream, readdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Upload } from 'tus-js-client'

const oneRequest = 1 << 20 // maximum size of a file that is sent in one request

const [endpoint, atOnce, ...roots] = process.argv.slice(2)

function filesOf(root) {
  if (statSync(root).isFile()) return [root]
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

function upload(path) {
  const uploadSize = statSync(path).size
  return new Promise((onSuccess, onError) => {
    new Upload(createReadStream(path), {
      endpoint,
      uploadSize,
      uploadDataDuringCreation: uploadSize <= oneRequest,
      storeFingerprintForResuming: false,
      metadata: { filename: basename(path) },
      onSuccess,
      onError,
    }).start()
  })
}

const queue = roots.flatMap(filesOf)
await Promise.all(
  Array.from({ length: Number(atOnce) }, async () => {
    for (let path = queue.pop(); path; path = queue.pop()) await upload(path)
  }),
)

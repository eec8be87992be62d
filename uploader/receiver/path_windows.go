package receiver

// maxSystemPath is somewhat less than the 32,767 UTF-16 units of a path, each of which is at
// least one byte here.
const maxSystemPath = 32_000

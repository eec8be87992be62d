package receiver

// maxSystemPath is PATH_MAX without the zero byte, in bytes.
const maxSystemPath = 4095

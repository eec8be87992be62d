package queue

// Limits is how much may move at once.
type Limits struct {
	Large int // files sent with a session of their own
	Small int // files small enough for one request
}

package words

import "github.com/ferryapp/ferry/uploader"

// maxPosition is the greatest position in the queue that is shown.
const maxPosition = 99

// QueuePositions returns the positions of waiting transfers in the queue, from 1 to at most
// maxPosition.
func QueuePositions(s *uploader.Snapshot) map[uploader.TransferID]int {
	positions := map[uploader.TransferID]int{}
	limit := min(s.Totals.Count[uploader.StateWaiting], maxPosition)
	for _, row := range s.Transfers.Rows() {
		if len(positions) == limit {
			break
		}
		if row.State() == uploader.StateWaiting {
			positions[row.ID()] = len(positions) + 1
		}
	}
	return positions
}

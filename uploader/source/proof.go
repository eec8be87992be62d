package source

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding"
	"fmt"
	"hash"
	"io"

	"github.com/ferryapp/ferry/uploader/fault"
)

const (
	smallestBlock = 1 << 20
	mostBlocks    = 4096

	// hashChunk is how much is read at a time: large enough for the disk, small
	// enough that an ended context is noticed soon.
	hashChunk = 256 << 10
)

// BlockSize is the distance in bytes between the marks of a file's proof: a
// power of two such that no file has more than 4,096 blocks.
func BlockSize(size int64) int64 {
	block := int64(smallestBlock)
	for block*mostBlocks < size {
		block <<= 1
	}
	return block
}

// Mark is the inner state of one SHA-256 pass over a file after its first At
// bytes. From two neighbouring marks the bytes between them can be checked
// without reading what comes before, and the last one continues the pass.
type Mark struct {
	At    int64 // bytes from the start
	State []byte
}

// Proof is what is known of a file's content: marks in order of At, one at the
// end of each block from the first on, and perhaps one more where the last
// acknowledged byte was.
type Proof []Mark

// Covers is up to where the content is known, in bytes.
func (p Proof) Covers() int64 {
	if len(p) == 0 {
		return 0
	}
	return p[len(p)-1].At
}

// Upto is the part of the proof that speaks of the first n bytes.
func (p Proof) Upto(n int64) Proof {
	for len(p) > 0 && p[len(p)-1].At > n {
		p = p[:len(p)-1]
	}
	return p
}

// Check reads stretches of file again and compares them with the proof: those
// between the marks whose index (of the later mark) is in picks. It fails with a
// *fault.Fault, SourceChanged when a byte differs, or ctx's error. A proof that
// cannot be read, as one written by another version of the hash, proves nothing
// and is SourceChanged too.
func (p Proof) Check(ctx context.Context, file io.ReaderAt, picks []int) error {
	for _, i := range picks {
		var from Mark
		if i > 0 {
			from = p[i-1]
		}
		pass, err := resume(from)
		if err != nil {
			return fault.New(fault.SourceChanged, fault.Read, err)
		}
		if err := pass.read(ctx, file, p[i].At); err != nil {
			return err
		}
		if !bytes.Equal(pass.mark().State, p[i].State) {
			return fault.Newf(fault.SourceChanged, fault.Read, "the bytes from %d to %d are not those that were sent", from.At, p[i].At)
		}
	}
	return nil
}

// Prover makes a proof of a file as far as told. It belongs to one goroutine.
type Prover struct {
	file  io.ReaderAt
	block int64
	pass  pass
	proof Proof
}

// NewProver continues a proof of a file of that size; an empty one begins anew,
// and so does one that cannot be read.
func NewProver(file io.ReaderAt, size int64, proof Proof) *Prover {
	p := &Prover{file: file, block: BlockSize(size), proof: proof[:len(proof):len(proof)]}
	var last Mark
	if n := len(proof); n > 0 {
		last = proof[n-1]
		if last.At%p.block != 0 { // only where an earlier pass stopped
			p.proof = proof[: n-1 : n-1]
		}
	}
	pass, err := resume(last)
	if err != nil {
		p.proof = nil
		pass, _ = resume(Mark{}) // a new pass has no state that could be unreadable
	}
	p.pass = pass
	return p
}

// Advance reads on up to n bytes from the file's start, setting a mark at the
// end of each block. It fails as Check does, and then stands at the last mark.
func (p *Prover) Advance(ctx context.Context, n int64) error {
	for p.pass.at < n {
		next := min(n, (p.pass.at/p.block+1)*p.block)
		if err := p.pass.read(ctx, p.file, next); err != nil {
			return err
		}
		if next%p.block == 0 {
			p.proof = append(p.proof, p.pass.mark())
		}
	}
	return nil
}

// Proof is what is proven so far: the marks, and one where the pass stands.
func (p *Prover) Proof() Proof {
	if p.pass.at == p.proof.Covers() {
		return p.proof
	}
	return append(p.proof[:len(p.proof):len(p.proof)], p.pass.mark())
}

// Blocks is how many whole blocks are proven.
func (p *Prover) Blocks() int { return len(p.proof) }

// Sum is the SHA-256 of all that was read.
func (p *Prover) Sum() [sha256.Size]byte {
	return [sha256.Size]byte(p.pass.hash.Sum(nil))
}

// pass is a SHA-256 pass over a file that can be marked and taken up again.
type pass struct {
	hash   hash.Hash
	at     int64
	buffer []byte
}

func resume(from Mark) (pass, error) {
	p := pass{hash: sha256.New(), at: from.At}
	if from.At == 0 {
		return p, nil
	}
	if err := p.hash.(encoding.BinaryUnmarshaler).UnmarshalBinary(from.State); err != nil {
		return pass{}, fmt.Errorf("read proof: %w", err)
	}
	return p, nil
}

func (p *pass) read(ctx context.Context, file io.ReaderAt, to int64) error {
	if want := min(hashChunk, to-p.at); int64(len(p.buffer)) < want {
		p.buffer = make([]byte, want)
	}
	for p.at < to {
		if err := ctx.Err(); err != nil {
			return err
		}
		chunk := p.buffer[:min(int64(len(p.buffer)), to-p.at)]
		n, err := file.ReadAt(chunk, p.at)
		p.hash.Write(chunk[:n])
		p.at += int64(n)
		switch {
		case n == len(chunk):
		case err == io.EOF: // ReadAt returns it bare
			return fault.Newf(fault.SourceChanged, fault.Read, "the file ends at %d bytes", p.at)
		default:
			return Classify(fault.Read, err)
		}
	}
	return nil
}

func (p *pass) mark() Mark {
	state, err := p.hash.(encoding.BinaryMarshaler).MarshalBinary()
	if err != nil {
		panic(err) // SHA-256 always can
	}
	return Mark{At: p.at, State: state}
}

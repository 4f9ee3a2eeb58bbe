package engine

import (
	"errors"
	"sync/atomic"

	"github.com/dulyhq/duly/dispatch"
	"github.com/dulyhq/duly/outbox"
	"github.com/dulyhq/duly/store"
)

// behind is what follows a commit once that is on the disk: the carrier's word is acknowledged, and what the commit permits is
// submitted. The next step goes on meanwhile, but for its own such part, so that they keep their order (docs/adr/0041).
type behind struct {
	run     func(leaving []dispatch.Message, finish func()) (wait func())
	last    *finishing            // nil: there was none. Of who makes the steps.
	leaving atomic.Int64          // messages that are permitted and not yet submitted
	failed  atomic.Pointer[error] // why a commit did not get to the disk; nil: they did
}

// finishing is a step that is committed, on its way to its end.
type finishing struct {
	wait    func() // until it is there
	undo    func() // takes back what was thought of a step that is not durable
	durable bool
}

func (f *finishing) waits() {
	if f != nil {
		f.wait()
	}
}

// end waits for the step's end, and takes it back where it is not durable.
func (f *finishing) end() {
	if f.waits(); f != nil && !f.durable {
		f.undo()
	}
}

// takeBack takes back what was thought of a step of which nobody knows whether it is stored. What it permits never left, and what came back
// is stored again. The least fence that it may have left without an outcome is first; 0: none was ever asked for.
func (s *Sender) takeBack(first outbox.FenceID, leaving []dispatch.Message, back *taken) {
	s.in.forget(leaving)
	back.restore()
	if first != 0 && (s.unsure == 0 || first < s.unsure) {
		s.unsure = first
	}
	s.first = s.unsure
}

// finishAtOnce finishes a step within it.
func finishAtOnce(_ []dispatch.Message, finish func()) func() {
	finish()
	return func() {}
}

// settle waits for what follows the last commit, and says why one did not get to the disk.
func (b *behind) settle() error {
	b.last.end()
	b.last = nil
	return b.err()
}

// over is settle for who stores what is left: what was not durable has come back into the inbox, and is stored again where the database
// takes anything more.
func (b *behind) over() error {
	if err := b.settle(); errors.Is(err, store.ErrLog) {
		return err
	}
	return nil
}

func (b *behind) err() error {
	if err := b.failed.Load(); err != nil {
		return *err
	}
	return nil
}

// begin lets a step be finished when durable says that it is on the disk, and waits for the one before. Nothing follows a commit
// that is not, but undo, which whoever makes the steps calls.
func (b *behind) begin(durable func() error, leaving []dispatch.Message, finish, undo func()) error {
	before, f := b.last, &finishing{undo: undo}
	b.last = f
	b.leaving.Add(int64(len(leaving)))
	first := before
	f.wait = b.run(leaving, func() {
		first.waits() // the steps are finished in their order
		first = nil   // what is kept to be waited for keeps nobody else
		err := b.err()
		if err == nil {
			err = durable()
		}
		if err != nil {
			b.failed.CompareAndSwap(nil, &err)
			return
		}
		f.durable = true
		finish()
		b.leaving.Add(-int64(len(leaving)))
	})
	before.waits()
	if b.err() == nil {
		return nil
	}
	err := b.settle()
	before.end()
	return err
}

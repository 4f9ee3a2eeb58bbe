package cli

import (
	"io"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// A bar shows how far reading has come, on a terminal; elsewhere it does nothing.
type bar struct {
	messages io.Writer // where messages go so that they stand above the bar
	add      func(int64)
	finished func() // all is read; what follows takes a while without a measure
}

// bar begins a progress bar for size bytes. Call done at the end.
func (a *app) bar(size int64, lang tongue) (b bar, done func()) {
	if !terminal(a.err) {
		return bar{messages: a.err, add: func(int64) {}, finished: func() {}}, func() {}
	}
	p := mpb.New(mpb.WithOutput(a.err), mpb.WithWidth(60))
	read := p.AddBar(size,
		mpb.PrependDecorators(decor.Name(lang.say("reading ", "读取 "))),
		mpb.AppendDecorators(decor.Percentage()),
		mpb.BarRemoveOnComplete())
	merging := p.New(0, mpb.SpinnerStyle().PositionLeft(), mpb.BarQueueAfter(read),
		mpb.PrependDecorators(decor.Name(lang.say("checking and merging ", "核对并入库 "))), mpb.BarRemoveOnComplete())
	b = bar{
		messages: p,
		add:      func(n int64) { read.IncrInt64(n) },
		finished: func() { read.SetTotal(-1, true) },
	}
	return b, func() {
		read.Abort(true)
		merging.Abort(true)
		p.Wait()
	}
}

// counting shows how many of something are done, on a terminal; elsewhere it does nothing. Call done at the end.
func (a *app) counting(total int64, name string) (step, done func()) {
	if !terminal(a.err) || total == 0 {
		return func() {}, func() {}
	}
	p := mpb.New(mpb.WithOutput(a.err), mpb.WithWidth(60))
	b := p.AddBar(total,
		mpb.PrependDecorators(decor.Name(name), decor.CountersNoUnit("%d / %d ")),
		mpb.AppendDecorators(decor.Percentage()), mpb.BarRemoveOnComplete())
	return b.Increment, func() {
		b.Abort(true)
		p.Wait()
	}
}

package console

// A pauseLine is something that a person has stopped.
type pauseLine struct {
	ID               int64
	What, Since, Who string
	Reason           string
	MayEnd           bool
}

// A stopping is the form that stops hand-over.
type stopping struct {
	Options []option
}

type option struct{ Value, Name string }

func (v *visit) pauses() ([]pauseLine, error) { return nil, nil }

func (v *visit) stopping() *stopping { return nil }

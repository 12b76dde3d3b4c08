package router

import (
	"context"
	"log/slog"

	"github.com/osrg/gobgp/v3/pkg/log"
)

// logger passes GoBGP's log on as debug lines.
type logger struct{ log *slog.Logger }

func (l logger) Panic(msg string, f log.Fields) { l.line(msg, f); panic(msg) }
func (l logger) Fatal(msg string, f log.Fields) { l.line(msg, f); panic(msg) }
func (l logger) Error(msg string, f log.Fields) { l.line(msg, f) }
func (l logger) Warn(msg string, f log.Fields)  { l.line(msg, f) }
func (l logger) Info(msg string, f log.Fields)  { l.line(msg, f) }
func (l logger) Debug(msg string, f log.Fields) { l.line(msg, f) }
func (l logger) SetLevel(log.LogLevel)          {}

func (l logger) GetLevel() log.LogLevel {
	if l.log.Enabled(context.Background(), slog.LevelDebug) {
		return log.DebugLevel
	}
	return log.ErrorLevel
}

func (l logger) line(msg string, fields log.Fields) {
	args := make([]any, 0, 2*len(fields))
	for key, value := range fields {
		args = append(args, key, value)
	}
	l.log.Debug("gobgp: "+msg, args...)
}

//go:build goexperiment.greenteagc

package constraints

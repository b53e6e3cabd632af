// +build extra

package constraints

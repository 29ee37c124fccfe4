/** What the tests of RPC have in common. */
package dev.naru.rpc.testing;

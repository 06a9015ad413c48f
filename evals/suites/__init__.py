"""The suites behind `rainmaker eval`: each measures one part of the product beside a simple alternative."""

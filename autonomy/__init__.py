"""What we may do: claims, policy, limits, gate, approvals and the audit chain. Pure judgement, no effects."""

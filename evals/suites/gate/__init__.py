"""The suite `gate`: the gate against attacks nobody wrote for it, an independent judge, and the clock."""

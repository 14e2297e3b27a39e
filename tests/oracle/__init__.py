"""An independent statement of the right answers, to compare the service with.

Nothing here imports the service, and nothing is fast or clever: each module follows one part of the law or of the
contract, sentence by sentence. Where the service and this package disagree, one of the two has misread a sentence.
"""

"""What is told of one patient on paper, in English or Chinese: the text for the chart and the words of the handout.

Called by the Patient page. An assessment, published scores and trials' benefits in; plain text and plain words out.
"""
